// The instructions of `docker commit --change` and `docker import --change`, applied to an image's config.
// Source: moby/moby builder/dockerfile/builder.go BuildFromConfig.

import {encodeText} from '../../../base/bytes.js';
import type {ImageConfig} from '../schema.js';
import {environmentOf} from './build-args.js';
import {isDockerfileError, parseDockerfile} from './dockerfile-lines.js';
import {expandInstruction} from './expand-instruction.js';
import {changeConfig, isMetadata} from './image-config-change.js';
import {type Instruction, parseInstruction} from './instruction.js';

type Refused = {readonly error: string};

/** Instructions that change nothing but the config. */
const allowed = new Set(['cmd', 'entrypoint', 'env', 'expose', 'label', 'onbuild', 'stopsignal', 'user', 'volume', 'workdir', 'healthcheck']);

export function applyChanges(config: ImageConfig, changes: readonly string[]): ImageConfig | Refused {
	if (changes.length === 0) {
		return config;
	}

	const dockerfile = parseDockerfile(encodeText(changes.join('\n')));
	if (isDockerfileError(dockerfile)) {
		return {error: dockerfile.message};
	}

	const unfit = dockerfile.nodes.find(node => !allowed.has(node.keyword.toLowerCase()));
	if (unfit !== undefined) {
		return {error: `${unfit.keyword.toLowerCase()} is not a valid change command`};
	}

	let changed = config;
	let hasCmd = false;
	for (const node of dockerfile.nodes) {
		const parsed = parseInstruction(node);
		const next = 'error' in parsed ? parsed : applyOne(changed, parsed, {hasCmd, escape: dockerfile.escape});
		if ('error' in next) {
			return next;
		}

		changed = next.config;
		hasCmd ||= node.keyword.toLowerCase() === 'cmd';
	}

	return changed;
}

function applyOne(config: ImageConfig, parsed: Instruction, {hasCmd, escape}: {readonly hasCmd: boolean; readonly escape: string}): {readonly config: ImageConfig} | Refused {
	const expanded = expandInstruction(parsed, environmentOf(config.Env), escape);
	if ('error' in expanded) {
		return expanded;
	}

	const {instruction} = expanded;
	if (instruction.kind === 'workdir') {
		return {config: {...config, WorkingDir: joined(config.WorkingDir ?? '', instruction.path)}};
	}

	return isMetadata(instruction) ? changeConfig(config, instruction, hasCmd) : {error: `${instruction.kind} is not a valid change command`};
}

/** A path of WORKDIR against the one before, as Go's filepath.Join cleans it. */
function joined(base: string, path: string): string {
	const parts: string[] = [];
	for (const part of (path.startsWith('/') ? path : `${base}/${path}`).split('/')) {
		if (part === '..') {
			parts.pop();
		} else if (part !== '' && part !== '.') {
			parts.push(part);
		}
	}

	return `/${parts.join('/')}`;
}
