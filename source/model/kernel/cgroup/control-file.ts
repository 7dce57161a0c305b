// What the tables of control files are made of.

import type {Failure} from '../errno.js';
import type {Mode} from '../file-types.js';
import type {FsContext} from '../filesystem.js';
import type {Cgroup, CgroupTx, Controller} from './cgroup-schema.js';
import {putCgroup} from './cgroup-schema.js';

/** Whose file is read or written, and by whom. */
export type ControlView = {readonly context: FsContext; readonly group: Cgroup};

export type ControlFile = {
	readonly name: string;
	/** The controller that must be on for the file to be there; `core` files always are. */
	readonly controller: Controller | 'core';
	/** `only`: in the root group alone; `not`: everywhere else. */
	readonly onRoot: 'yes' | 'not' | 'only';
	readonly mode: Mode;
	readonly read?: (view: ControlView) => string;
	readonly write?: (view: ControlView, text: string) => void | Failure;
};

type Shape = Pick<ControlFile, 'onRoot'> & {readonly controller?: Controller};

export function readable(name: string, {controller, onRoot}: Shape, read: (view: ControlView) => string): ControlFile {
	return {name, controller: controller ?? 'core', onRoot, mode: 0o444, read};
}

export function changeable(name: string, {controller, onRoot}: Shape, read: (view: ControlView) => string, write: (view: ControlView, text: string) => void | Failure): ControlFile {
	return {name, controller: controller ?? 'core', onRoot, mode: 0o644, read, write};
}

/** Lines of `key value`. */
export function keyed(values: Readonly<Record<string, number | string>>): string {
	return Object.entries(values).map(([key, value]) => `${key} ${value}\n`).join('');
}

/** Changes the group's record. */
export function change({context, group}: ControlView, changes: Partial<Cgroup>): void {
	putCgroup(context.tx as CgroupTx, context.kernel, {...group, ...changes});
}
