"""One storyboard per page: what is asked, what runs, what is shown."""
