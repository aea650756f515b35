// What a picture is read from.

/** A path, or the bytes themselves: of a file that is encrypted on disk. */
export type PictureFile = string | Uint8Array;
