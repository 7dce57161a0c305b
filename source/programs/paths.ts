// Text of paths: no looking at files.

/** `dir/name`, without doubling a slash. */
export function joinPath(directory: string, name: string): string {
	return directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

/** The last component, as basename(1) says it. */
export function baseName(path: string): string {
	const trimmed = path.replace(/\/+$/v, '');
	return trimmed === '' ? (path === '' ? '' : '/') : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** Everything before the last component, as dirname(1) says it. */
export function directoryName(path: string): string {
	const trimmed = path.replace(/\/+$/v, '');
	if (trimmed === '') {
		return path === '' ? '.' : '/';
	}

	const slash = trimmed.lastIndexOf('/');
	if (slash < 0) {
		return '.';
	}

	const directory = trimmed.slice(0, slash).replace(/\/+$/v, '');
	return directory === '' ? '/' : directory;
}
