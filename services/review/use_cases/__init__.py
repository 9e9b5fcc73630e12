"""What officers do and read, one sentence each."""
