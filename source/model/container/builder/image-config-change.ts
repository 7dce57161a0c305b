// Instructions that change nothing but the image's config: their effect, and their line in the history in both builders' words.
// Source: moby/moby builder/dockerfile/dispatchers.go; moby/buildkit frontend/dockerfile/dockerfile2llb/convert.go.

import type {Healthcheck, ImageConfig} from '../schema.js';
import {environmentOf} from './build-args.js';
import {goList, goQuoteList, healthcheckText, parseGoDuration} from './go-format.js';
import type {Instruction, Of, Pair} from './instruction.js';

export type ConfigChange = {readonly config: ImageConfig; readonly classicText: string; readonly buildkitText: string; readonly author?: string};
type Refused = {readonly error: string};

export type MetadataKind = Exclude<Instruction['kind'], 'from' | 'run' | 'copy' | 'add' | 'workdir' | 'arg'>;

export function isMetadata(instruction: Instruction): instruction is Of<MetadataKind> {
	return !['from', 'run', 'copy', 'add', 'workdir', 'arg'].includes(instruction.kind);
}

export const defaultShell = ['/bin/sh', '-c'] as const;

/** The words of a command; the shell form is run by the SHELL. */
export function commandLine(config: ImageConfig, {words, isShell}: {readonly words: readonly string[]; readonly isShell: boolean}): readonly string[] {
	return isShell ? [...config.Shell ?? defaultShell, ...words] : words;
}

function same(config: ImageConfig, text: string): ConfigChange {
	return {config, classicText: text, buildkitText: text};
}

/** `hasCmd`: whether this stage has set CMD itself, which ENTRYPOINT then leaves alone. */
export function changeConfig(config: ImageConfig, instruction: Of<MetadataKind>, hasCmd: boolean): ConfigChange | Refused {
	switch (instruction.kind) {
		case 'env': {
			return same({...config, Env: mergeEnv(config.Env ?? [], instruction.pairs)}, `ENV ${pairText(instruction.pairs)}`);
		}

		case 'label': {
			const labels = Object.fromEntries(instruction.pairs.map(({name, value}) => [name, value]));
			return same({...config, Labels: {...config.Labels, ...labels}}, `LABEL ${pairText(instruction.pairs)}`);
		}

		case 'cmd': {
			const command = commandLine(config, instruction.command);
			return same({...config, Cmd: command}, `CMD ${goQuoteList(command)}`);
		}

		case 'entrypoint': {
			const command = commandLine(config, instruction.command);
			const {Cmd, ...rest} = config;
			return same({...rest, ...hasCmd && Cmd !== undefined && {Cmd}, ...command.length > 0 && {Entrypoint: command}}, `ENTRYPOINT ${goQuoteList(command)}`);
		}

		case 'expose': {
			return expose(config, instruction.ports);
		}

		case 'user': {
			return same({...config, User: instruction.user}, `USER ${instruction.user}`);
		}

		case 'volume': {
			return same({...config, Volumes: {...config.Volumes, ...Object.fromEntries(instruction.paths.map(path => [path, {}]))}}, `VOLUME ${goList(instruction.paths)}`);
		}

		case 'stopsignal': {
			return same({...config, StopSignal: instruction.signal}, `STOPSIGNAL ${instruction.signal}`);
		}

		case 'shell': {
			return same({...config, Shell: instruction.shell}, `SHELL ${goList(instruction.shell)}`);
		}

		case 'healthcheck': {
			return healthcheck(config, instruction);
		}

		case 'maintainer': {
			return {...same(config, `MAINTAINER ${instruction.maintainer}`), author: instruction.maintainer};
		}

		case 'onbuild': {
			return same({...config, OnBuild: [...config.OnBuild ?? [], instruction.trigger]}, `ONBUILD ${instruction.trigger}`);
		}

		default: {
			return instruction satisfies never;
		}
	}
}

function pairText(pairs: readonly Pair[]): string {
	return pairs.map(({name, value}) => `${name}=${value}`).join(' ');
}

/** New values take the place of old ones; new names go to the end. */
function mergeEnv(env: readonly string[], pairs: readonly Pair[]): readonly string[] {
	return Array.from(new Map([...environmentOf(env), ...pairs.map(({name, value}) => [name, value] as const)]), ([name, value]) => `${name}=${value}`);
}

/** `80`, `53/udp`, `9000-9002/tcp`. */
function expose(config: ImageConfig, ports: readonly string[]): ConfigChange | Refused {
	const all: string[] = [];
	for (const port of ports) {
		const [range, protocol = 'tcp'] = port.split('/');
		const match = /^(?<first>\d+)(?:-(?<last>\d+))?$/v.exec(range!)?.groups;
		const first = Number(match?.['first']);
		const last = Number(match?.['last'] ?? first);
		if (!['tcp', 'udp', 'sctp'].includes(protocol.toLowerCase())) {
			return {error: `invalid proto: ${protocol}`};
		}

		if (!(first <= last && last <= 65_535)) {
			return {error: `invalid containerPort: ${range!}`};
		}

		for (let number = first; number <= last; number++) {
			all.push(`${number}/${protocol.toLowerCase()}`);
		}
	}

	return {
		config: {...config, ExposedPorts: {...config.ExposedPorts, ...Object.fromEntries(all.map(port => [port, {}]))}},
		classicText: `EXPOSE ${ports.join(' ')}`, buildkitText: `EXPOSE ${goList(all)}`,
	};
}

const minHealthcheckNs = 1e6;

function healthcheck(config: ImageConfig, {test, flags}: Of<'healthcheck'>): ConfigChange | Refused {
	const times: Record<string, number> = {};
	for (const name of ['interval', 'timeout', 'start-period', 'start-interval']) {
		const text = flags.get(name)?.[0];
		const ns = text === undefined ? 0 : parseGoDuration(text);
		if (typeof ns === 'object') {
			return ns;
		}

		if (ns !== 0 && ns < minHealthcheckNs) {
			return {error: `Interval ${JSON.stringify(name)} cannot be less than 1ms`};
		}

		times[name] = ns;
	}

	const retriesText = flags.get('retries')?.[0] ?? '0';
	if (!/^\d+$/v.test(retriesText)) {
		return {error: `strconv.ParseInt: parsing ${JSON.stringify(retriesText)}: invalid syntax`};
	}

	const check: Healthcheck = {
		Test: test, Interval: times['interval']!, Timeout: times['timeout']!, StartPeriod: times['start-period']!, StartInterval: times['start-interval']!, Retries: Number(retriesText),
	};
	return {config: {...config, Healthcheck: check}, classicText: `HEALTHCHECK ${healthcheckText(check, false)}`, buildkitText: `HEALTHCHECK ${healthcheckText(check, true)}`};
}

