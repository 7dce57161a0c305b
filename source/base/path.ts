// Paths as text, without asking a filesystem.

/** The components of a name as one finds them in a root directory of one's own: `..` leads no further up than that. */
export function rootedPath(name: string): readonly string[] {
	const path: string[] = [];
	for (const part of name.split('/')) {
		if (part === '..') {
			path.pop();
		} else if (part !== '' && part !== '.') {
			path.push(part);
		}
	}

	return path;
}

/** An absolute path without `.`, `..`, doubled slashes and a slash at the end: filepath.Clean of Go, whatever links it has. */
export function normalPath(path: string): string {
	return `/${rootedPath(path).join('/')}`;
}

/** The components of a name relative to the archive's root; undefined if it leads out of it. An empty list is the root. */
export function tarPath(name: string): readonly string[] | undefined {
	const path: string[] = [];
	for (const part of name.split('/')) {
		if (part === '..') {
			if (path.pop() === undefined) {
				return undefined;
			}
		} else if (part !== '' && part !== '.') {
			path.push(part);
		}
	}

	return path;
}
