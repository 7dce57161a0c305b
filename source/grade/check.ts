// `virtlab check [PATH...]`: reads labs from the disk and proves them, one after the other.

import {compareText} from '../base/bytes.js';
import {describeProblem} from '../lab/load.js';
import {findLabFolders, readLabFolder} from './lab-folder.js';
import {prove} from './prove.js';

export type Checked = {
	readonly path: string;
	readonly lab: string | undefined;
	/** Empty if the lab is proved. */
	readonly problems: readonly string[];
	readonly actions: number;
};

/** Checks every lab at or below the paths, in the order of their names; labs with the same id are both refused. */
export function * checkLabs(paths: readonly string[]): Generator<Checked, void, void> {
	const folders = [...new Set(paths.flatMap(path => findLabFolders(path)))].sort(compareText);
	for (const path of paths.filter(item => findLabFolders(item).length === 0)) {
		yield {path, lab: undefined, problems: [`${path}: there is no lab here: a lab is a folder with a lab.yaml`], actions: 0};
	}

	const read = folders.map(path => readLabFolder(path));
	const ids = read.map(({loaded}) => loaded.lab?.id);
	for (const [index, {path, loaded}] of read.entries()) {
		if (loaded.lab === undefined) {
			yield {path, lab: undefined, problems: loaded.problems.map(problem => `${path}/${describeProblem(problem)}`), actions: 0};
			continue;
		}

		const {lab} = loaded;
		const {flaws, actions} = prove(lab);
		const twice = ids.indexOf(lab.id) === index ? [] : [`${path}/lab.yaml: the id "${lab.id}" is that of another lab too`];
		yield {path, lab: lab.id, problems: [...twice, ...flaws.map(flaw => `${path}: ${flaw.where}: ${flaw.message}`)], actions};
	}
}

/** The lines that `virtlab check` prints for one lab. */
export function checkReport({path, lab, problems, actions}: Checked): string {
	return problems.length === 0 ? `${path}: ${lab ?? ''} proved by ${actions} actions\n` : problems.map(problem => `${problem}\n`).join('');
}
