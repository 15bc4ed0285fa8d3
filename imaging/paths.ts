/** Paths of a batch: '/' between the parts, none at the beginning. */

/** The folder with the slash at its end; '' at the top. */
export const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)

/** The name in the folder. */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
