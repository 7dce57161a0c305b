// Places in a compose file as patterns: `services.*.ports` is a list of names where `*` stands for any.

export type TreePath = readonly string[];

export function matchesPath(path: TreePath, pattern: string): boolean {
	const parts = pattern.split('.');
	return parts.length === path.length && parts.every((part, index) => part === '*' || part === path[index]);
}

/** The entry of a table whose pattern fits the place. */
export function lookUpPath<T>(table: Readonly<Record<string, T>>, path: TreePath): T | undefined {
	return Object.entries(table).find(([pattern]) => matchesPath(path, pattern))?.[1];
}
