//! What the real server sends, in turns of every kind: read into its types and written again, it is the same.
