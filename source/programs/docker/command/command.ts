// What a docker command is: a record of its words and flags, and the function that runs it.

import type {Client} from '../client/client.js';
import type {FlagSpec} from './flag.js';
import type {Flags} from './flag-set.js';
import type {Refusal, Steps} from './refusal.js';

/** How many arguments a command takes (cli/required.go). */
export type Arguments =
	| {readonly kind: 'none'}
	| {readonly kind: 'exactly' | 'at-least' | 'at-most'; readonly count: number}
	| {readonly kind: 'between'; readonly from: number; readonly to: number};

/** One call of a command. */
export type Call = {
	readonly client: Client;
	readonly flags: Flags;
	readonly args: readonly string[];
	/** As it was called: `docker container ls`. */
	readonly path: string;
};

export type CommandSpec = {
	readonly kind: 'command';
	/** What follows the name in the usage line: `[OPTIONS] CONTAINER`. */
	readonly use: string;
	readonly short: string;
	/** For managers of a swarm, so that help lists it for nobody here. */
	readonly isSwarmOnly?: boolean;
	/** What lists of commands say, if not `short`. */
	readonly listedAs?: string;
	/** A longer description, in place of `short` in the command's own help. */
	readonly long?: string;
	/** The line below `Aliases:`. */
	readonly aliases?: string;
	readonly flags: readonly FlagSpec[];
	readonly arguments: Arguments;
	/** False if the first argument ends the flags. */
	readonly isInterspersed?: boolean;
	/** The usage line names another path: `docker build` is `docker buildx build`. */
	readonly usagePath?: string;
	readonly run: (call: Call) => Steps<number | Refusal>;
};

/** A command that docker has and virtlab has not. */
export type MissingCommand = {readonly kind: 'missing'; readonly short: string};

export type Group = {
	readonly kind: 'group';
	readonly short: string;
	readonly long?: string;
	readonly flags?: readonly FlagSpec[];
	readonly commands: ReadonlyMap<string, CommandSpec | MissingCommand>;
	/** Listed before the others in the group's help. */
	readonly managementCommands?: ReadonlyMap<string, MissingCommand>;
	/** Names that a command answers to besides its own: `list` for `ls`. */
	readonly otherNames: ReadonlyMap<string, string>;
	readonly usagePath?: string;
	readonly epilogue?: string;
};

export type Node = CommandSpec | MissingCommand | Group;

const plural = (count: number) => count === 1 ? 'argument' : 'arguments';

/** What is wrong with the number of arguments, after `docker: 'docker x' `. */
export function argumentsProblem(rule: Arguments, count: number): string | undefined {
	switch (rule.kind) {
		case 'none': {
			return count === 0 ? undefined : 'accepts no arguments';
		}

		case 'exactly': {
			return count === rule.count ? undefined : `requires ${rule.count} ${plural(rule.count)}`;
		}

		case 'at-least': {
			return count >= rule.count ? undefined : `requires at least ${rule.count} ${plural(rule.count)}`;
		}

		case 'at-most': {
			return count <= rule.count ? undefined : `requires at most ${rule.count} ${plural(rule.count)}`;
		}

		case 'between': {
			return count >= rule.from && count <= rule.to ? undefined : `requires at least ${rule.from} and at most ${rule.to} ${plural(rule.to)}`;
		}
	}
}
