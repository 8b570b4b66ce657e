"""What a run did, in writing and for programs."""
