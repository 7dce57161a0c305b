// Paths as text, without asking a filesystem.

/** An absolute path without `.`, `..`, doubled slashes and a slash at the end: filepath.Clean of Go, whatever links it has. */
export function normalPath(path: string): string {
	const parts: string[] = [];
	for (const part of path.split('/')) {
		if (part === '..') {
			parts.pop();
		} else if (part !== '' && part !== '.') {
			parts.push(part);
		}
	}

	return `/${parts.join('/')}`;
}
