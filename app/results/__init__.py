"""What a page does with its runs: steer, pin, compare and list them, take them away, share them."""

__all__ = ["compare", "downloads", "files", "runs", "share", "steering"]
