// What every World must satisfy: the ids in its records lead to records. Answers what is broken, in words.

import type {World} from '../../source/base/transaction.js';
import type {Inode, OpenFile, Task} from '../../source/model/kernel/schema.js';

export function brokenReferences({tables}: World): readonly string[] {
	const broken: string[] = [];
	const has = (table: string, id: string | number): boolean => tables.get(table)?.has(id) ?? false;
	for (const [name, records] of tables) {
		const [kind, owner] = name.split(':');
		for (const record of records.values()) {
			if (kind === 'task') {
				broken.push(...brokenTask(record as Task, has).map(what => `${name} ${(record as Task).id}: ${what}`));
			} else if (kind === 'inode') {
				broken.push(...danglingEntries(record as Inode, node => has(name, node)).map(entry => `${name} ${(record as Inode).node}: entry ${entry} dangles`));
				if (!has('filesystem', Number(owner))) {
					broken.push(`${name}: no filesystem ${owner}`);
				}
			} else if (name === 'file') {
				broken.push(...brokenFile(record as OpenFile, has).map(what => `file ${(record as OpenFile).id}: ${what}`));
			}
		}
	}

	return [...new Set(broken)];
}

type Has = (table: string, id: string | number) => boolean;

function brokenTask({kernel, parent, descriptors}: Task, has: Has): readonly string[] {
	return [
		...has('kernel', kernel) ? [] : [`no kernel ${kernel}`],
		...parent === 0 || has(`task:${kernel}`, parent) ? [] : [`no parent ${parent}`],
		...Array.from(descriptors.values()).flatMap(({file}) => has('file', file) ? [] : [`no open file ${file}`]),
	];
}

function danglingEntries({entries}: Inode, hasNode: (node: number) => boolean): readonly string[] {
	return [...entries].flatMap(([name, {node}]) => hasNode(node) ? [] : [name]);
}

function brokenFile({what, references}: OpenFile, has: Has): readonly string[] {
	const isThere = what.kind === 'pipe' ? has('pipe', what.pipe) : (what.kind === 'terminal' || what.kind === 'master' ? has('terminal', what.terminal) : true);
	return [...isThere ? [] : [`no ${what.kind}`], ...references > 0 ? [] : ['nobody refers to it']];
}
