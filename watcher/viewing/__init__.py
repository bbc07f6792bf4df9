"""Pictures for people to look at: hostile bytes become pixels in a confined process, and pixels become PNGs here."""
