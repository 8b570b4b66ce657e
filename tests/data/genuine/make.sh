#!/usr/bin/env bash
# Trains every run of this folder again: ./make.sh FOLDER [NAME...], with a `python` that has torch, keras, xgboost and tqdm.
# Takes five minutes, most of them waiting in the runs that stand still. NAME picks diagnoses.
cd "$(dirname "$0")" || exit 1
out=$1
wanted=" ${*:2} "

log() { # log DIAGNOSIS/NAME COMMAND...: keep what it writes
  [[ $wanted != "  " && $wanted != *" ${1%%/*} "* ]] || python record.py "$out/$1.log" -- "${@:2}"
}
timed() { # the same, and when it wrote it
  [[ $wanted != "  " && $wanted != *" ${1%%/*} "* ]] || python record.py "$out/$1.log" --timing -- "${@:2}"
}
loop="python loop.py"
sgd="--optimizer sgd --momentum 0.9"

# A small training set with wrong labels; enough data, and trees that are kept small, do not turn.
log overfitting/raises_small_data $loop --samples 300 --noise 0.2 --width 256 --epochs 30
log overfitting/raises_deep_trees python trees.py
log overfitting/near_miss_enough_data $loop --samples 6000 --noise 0.2 --width 64 --epochs 20 --decay 0.1
log overfitting/near_miss_small_trees python trees.py --depth 2 --rate 0.05 --samples 2000
log overfitting/near_miss_stopped_early $loop --samples 300 --noise 0.2 --width 256 --epochs 30 --patience 2

# The rate rises to a peak that the network stands, or does not; one bad batch throws it out for good.
log diverged/raises_peak_rate $loop $sgd --peak 0.8 --lr 0.05 --style chinese
log diverged/raises_bad_batch $loop --style steps --batch 32 --samples 1000 --epochs 16 --bad-batch 400 --bad 1000 \
  $sgd --lr 0.05 --width 64 --noise 0.1 --every 1
log diverged/near_miss_lower_peak $loop $sgd --peak 0.3 --lr 0.05 --style chinese
log diverged/near_miss_rate_too_high_from_the_start $loop $sgd --lr 1.5

# One batch whose inputs are a hundred times too large; the gradient clipped; small batches that are noisy by themselves.
log spike/recovers_bad_batch $loop --style steps --batch 32 --samples 1000 --epochs 16 --bad-batch 300 --bad 100 \
  $sgd --lr 0.01 --width 64 --every 1
log spike/raises_bad_batch_late $loop --style json --samples 1000 --epochs 30 --bad-batch 320 --bad 1000 --lr 0.01
log spike/near_miss_clipped $loop --style steps --batch 32 --samples 1000 --epochs 16 --bad-batch 300 --bad 100 \
  $sgd --lr 0.01 --width 64 --every 1 --clip 0.5
log spike/near_miss_small_batches $loop --style steps --every 2 --epochs 8 --batch 4 --samples 300

# A rate far too high for the first steps: with warm-up, or a tenth of it, nothing happens.
log lr_too_high/raises_no_warmup $loop --style steps --every 1 --epochs 6 --lr 3 $sgd
log lr_too_high/near_miss_warmup $loop --style steps --every 1 --epochs 6 --lr 3 $sgd --warmup 2000
log lr_too_high/near_miss_a_tenth $loop --style steps --every 1 --epochs 6 --lr 0.3 $sgd
log warmup_missing/raises_large_inputs $loop --style steps --every 1 --epochs 6 --lr 0.3 --depth 4 --scale 5 \
  --optimizer sgd --momentum 0.95
log warmup_missing/near_miss_bad_batch_later $loop --style steps --every 1 --epochs 8 --bad-batch 150 --bad 1000 --lr 0.003

# Gradient descent at the edge of what is stable, and within it.
log oscillating/raises_edge_of_stability $loop --optimizer sgd --lr 1 --batch 250 --samples 1000 --epochs 40 --width 64 --noise 0.3
log oscillating/near_miss_stable $loop --optimizer sgd --lr 0.3 --batch 250 --samples 1000 --epochs 40 --width 64 --noise 0.3

# Steps too small to learn anything, labels that nothing tells, first steps that throw the network out for good; steps that are just large enough.
log plateau/raises_tiny_rate $loop --lr 1e-6
log plateau/raises_labels_without_meaning $loop --shuffled-labels --optimizer sgd --lr 1e-4 --epochs 16 --style chinese
log plateau/raises_first_steps_explode $loop --style steps --every 1 --epochs 6 --lr 1
log plateau/near_miss_slow $loop --lr 5e-5
log plateau/near_miss_converged $loop --lr 3e-3 --samples 6000 --width 16 --depth 1 --noise 0.3 --epochs 24 --decay 0.01

log underfitting/raises_too_few_epochs $loop --lr 1e-4 --epochs 12
log underfitting/near_miss_learned $loop --epochs 10 --samples 4000 --width 64 --depth 1 --noise 0.1 --style chinese
log val_better_than_train/raises_dropout $loop --dropout 0.6 --epochs 15 --samples 4000 --noise 0.1
log val_better_than_train/near_miss_no_dropout $loop --epochs 15 --samples 4000 --width 32 --depth 1
log no_validation/raises_none $loop --validation 0 --epochs 15 --style logging --every 40
log no_validation/near_miss_every_fifth_epoch $loop --evaluate-every 5 --epochs 15 --style logging --every 40

# Patience: none, and five evaluations; the rate reduced again and again, and while it still helps.
log early_stopped_too_late/raises_no_patience $loop --samples 300 --noise 0.2 --epochs 40
log early_stopped_too_late/near_miss_patience $loop --samples 300 --noise 0.2 --epochs 40 --patience 5
log lr_schedule/raises_reduced_in_vain $loop --samples 500 --noise 0.1 --epochs 40 --drops 3 --style chinese
log lr_schedule/near_miss_reduced_twice $loop --samples 6000 --noise 0.1 --epochs 20 --drops 2 --style chinese --width 32
log lr_schedule/near_miss_falls_all_the_time $loop --samples 500 --noise 0.1 --epochs 20 --peak 0.003

log monitors_disagree/raises_accuracy_and_loss python callbacks.py --samples 200 --patience 10
log monitors_disagree/near_miss_one_metric python callbacks.py --samples 200 --patience 10 --checkpoint val_loss

# One bad row in the data; gradients that overflow while the loss scale is found; a bad step that is left out.
log not_a_number/raises_bad_row $loop --style steps --fail-at 150 --fail nan --epochs 8
log not_a_number/recovers_step_left_out $loop --style steps --fail-at 150 --fail nan --skip-bad-steps 1 --epochs 12
log not_a_number/near_miss_loss_scale $loop --style steps --every 1 --loss-scale 33554432 --epochs 3

# The end: an exception, one that was caught, no memory, less memory taken, signals with and without a word.
log crashed/raises_wrong_shape $loop --style logging --fail-at 100
log crashed/near_miss_exception_survived $loop --style logging --fail-at 100 --fail survived --every 20 --epochs 8
log out_of_memory/raises_allocation $loop --style tqdm --fail-at 100 --fail memory
log out_of_memory/near_miss_less_taken $loop --fail-at 100 --fail memory --smaller-batch-on-failure 1
timed killed/raises_shell_says_so bash -c "$loop --epochs 40 --pause 0.01 & sleep 6; kill -9 \$!; wait"
timed killed/raises_terminated bash -c "$loop --style logging --epochs 40 --pause 0.01 & sleep 6; kill \$!; wait"
timed killed/raises_without_a_word timeout --foreground -s KILL 6 $loop --epochs 40 --pause 0.01
timed killed/near_miss_finished $loop --epochs 8

# Time: the data come slower from the ninth epoch on, for good or for one epoch; a hang, a long pause; each with its times.
timed slowdown/raises_slow_data $loop --epochs 14 --pause 0.015 --slow 0.1 --slow-from 9
log slowdown/raises_slow_data_stamped $loop --style logging --epochs 14 --pause 0.015 --slow 0.1 --slow-from 9
timed slowdown/recovers_rival_gone $loop --epochs 18 --pause 0.015 --slow 0.1 --slow-from 8 --slow-until 12
timed slowdown/near_miss_one_slow_epoch $loop --epochs 14 --pause 0.015 --slow 0.1 --slow-from 9 --slow-until 10
log slowdown/near_miss_slow_all_along $loop --style logging --epochs 10 --pause 0.05
timed stalled/recovers_after_a_hang $loop --epochs 12 --pause 0.03 --hang-at 200 --hang 80
timed stalled/raises_hang_until_killed timeout --foreground -s KILL 90 $loop --epochs 12 --pause 0.03 --hang-at 200 --hang 600
timed stalled/near_miss_long_evaluation $loop --epochs 12 --pause 0.03 --hang-at 200 --hang 45

# The same training with another seed, and with a tenth of its rate; a warning that the user asked to be told of.
log regression/baseline $loop --samples 4000 --noise 0.1
log regression/raises_a_tenth_of_the_rate $loop --samples 4000 --noise 0.1 --lr 1e-4
log regression/near_miss_another_seed $loop --samples 4000 --noise 0.1 --seed 1
log asked_for/raises_order_of_steps $loop --loss-scale 33554432 --warmup 20 --epochs 4
log asked_for/near_miss_no_such_warning $loop --warmup 20 --epochs 4
