"""What the scripts of this folder share: running the program, and comparing what others read."""
