"""What a page does with its runs: steer, pin, compare, list, take away, share, come back to."""

__all__ = ["compare", "downloads", "files", "resume", "runs", "share", "steering"]
