"""Other ways to do it, each written as its own people would: a folder of PNG files in, what it cost out."""
