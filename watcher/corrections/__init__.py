"""What people say of pictures: corrections in the ledger, the files that tell of them, and how they come there."""
