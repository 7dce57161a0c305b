// Pathname expansion: the files a pattern matches. Source: POSIX 2.13.3, bash manual 3.5.8.

import {compareText} from '../base/bytes.js';
import {step} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import {compilePattern, isPattern, matches, unescapePattern} from './pattern.js';
import type {Doing, Shell} from './shell.js';

/** More names than this are refused. */
export const globResultsMax = 20_000;

/** The names that exist, sorted; none if nothing matches; undefined if there are too many. */
export function * expandPath(shell: Shell, pattern: string): Doing<readonly string[] | undefined> {
	const absolute = pattern.startsWith('/');
	const components = pattern.split(/\/+/v);
	let paths: readonly string[] = [absolute ? '/' : ''];
	for (const [index, component] of components.entries()) {
		if (index === 0 && absolute) {
			continue;
		}

		const found = yield * expandComponent(shell, paths, {component, isLast: index === components.length - 1});
		if (found === undefined || found.length > globResultsMax) {
			return undefined;
		}

		paths = found;
	}

	return [...paths].sort(compareText);
}

type Component = {readonly component: string; readonly isLast: boolean};

function * expandComponent(shell: Shell, paths: readonly string[], {component, isLast}: Component): Doing<readonly string[] | undefined> {
	const {sys} = shell.process;
	if (component === '') {
		return paths.filter(path => isDirectory(shell, path)).map(path => `${path}/`.replace(/\/+$/v, '/'));
	}

	if (component === '**' && shell.hasShopt('globstar')) {
		return yield * descend(shell, paths, isLast);
	}

	if (!isPattern(component, {extended: shell.hasShopt('extglob')})) {
		const name = unescapePattern(component);
		return paths.map(path => join(path, name)).filter(path => !failed(isLast ? sys.lstat(path) : sys.stat(path)));
	}

	const pattern = compilePattern(component, {extended: shell.hasShopt('extglob'), ignoreCase: shell.hasShopt('nocaseglob')});
	const showsHidden = component.startsWith('.') || component.startsWith('\\.') || shell.hasShopt('dotglob');
	const found: string[] = [];
	for (const path of paths) {
		yield step;
		const entries = sys.readdir(path === '' ? '.' : path);
		if (failed(entries)) {
			continue;
		}

		const names = component.startsWith('.') || component.startsWith('\\.') ? ['.', '..', ...entries.map(entry => entry.name)] : entries.map(entry => entry.name);
		const matching = names.filter(name => (showsHidden || !name.startsWith('.')) && matches(pattern, name));
		found.push(...matching.map(name => join(path, name)).filter(full => isLast || isDirectory(shell, full)));
		if (found.length > globResultsMax) {
			return undefined;
		}
	}

	return found;
}

/** `**`: the directories themselves and all below them; at the end of a pattern also all files. Symbolic links are not followed. */
function * descend(shell: Shell, paths: readonly string[], isLast: boolean): Doing<readonly string[] | undefined> {
	const found: string[] = [];
	const queue = [...paths];
	for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
		yield step;
		// The directory itself comes with a slash; those below it come as names.
		if (!isLast) {
			found.push(path);
		} else if (path !== '') {
			found.push(paths.includes(path) ? join(path, '') : path);
		}

		const entries = shell.process.sys.readdir(path === '' ? '.' : path);
		for (const entry of failed(entries) ? [] : entries) {
			const full = join(path, entry.name);
			if (entry.name.startsWith('.') && !shell.hasShopt('dotglob')) {
				continue;
			}

			if (entry.type === 'directory') {
				queue.push(full);
			} else if (isLast) {
				found.push(full);
			}
		}

		if (found.length > globResultsMax || queue.length > globResultsMax) {
			return undefined;
		}
	}

	return found;
}

function join(directory: string, name: string): string {
	return directory === '' || directory.endsWith('/') ? directory + name : `${directory}/${name}`;
}

function isDirectory(shell: Shell, path: string): boolean {
	const attributes = shell.process.sys.stat(path === '' ? '.' : path);
	return !failed(attributes) && attributes.type === 'directory';
}
