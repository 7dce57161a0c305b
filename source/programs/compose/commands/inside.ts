// docker compose exec, attach, cp, export, commit, stats: docker's own commands, for the container of a service.
// Source: docker/compose cmd/compose/{exec,attach,cp,export,commit,stats}.go.

import {failed} from '../../../model/kernel/errno.js';
import type {CommandSpec} from '../../docker/command/command.js';
import {Flags} from '../../docker/command/flag-set.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {exportContainer} from '../../docker/commands/archive.js';
import {cp as dockerCp} from '../../docker/commands/cp.js';
import {attach as dockerAttach, exec as dockerExec} from '../../docker/commands/exec.js';
import {commit as dockerCommit} from '../../docker/commands/pull.js';
import {stats as dockerStats} from '../../docker/commands/stats.js';
import type {Compose} from '../engine/compose.js';
import {findContainers} from '../engine/containers.js';
import {anyNumber, type ComposeCall, type ComposeCommand} from './command.js';
import {attachFlags, commitFlags, cpFlags, execFlags, exportFlags, statsFlags} from './flag-table.js';
import {serviceContainer} from './list.js';
import {projectOrName} from './project-source.js';

/** Runs a docker command with flags given by name. */
function runDocker({client}: Compose, spec: CommandSpec, given: ReadonlyArray<readonly [flag: string, ...values: readonly string[]]>, args: readonly string[]): Steps<number | Refusal> {
	const values = new Map(given.filter(([, ...each]) => each.length > 0).map(([name, ...each]) => [name, each]));
	return spec.run({client, flags: new Flags(spec.flags, values), args, path: `docker ${spec.use}`});
}

const ifTrue = (name: string, isOn: boolean): readonly [string, ...string[]] => isOn ? [name, 'true'] : [name];
const ifGiven = (flags: Flags, name: string): readonly [string, ...string[]] => flags.changed(name) ? [name, ...flags.list(name)] : [name];

export const exec: ComposeCommand = {
	kind: 'command', use: '[OPTIONS] SERVICE COMMAND [ARGS...]', short: 'Execute a command in a running container', flags: execFlags, arguments: {kind: 'at-least', count: 2}, isInterspersed: false,
	* run(call) {
		const {compose, flags, args} = call;
		const [service = '', ...command] = args;
		const container = yield * serviceContainer(call, service);
		if (refused(container)) {
			return container;
		}

		const {sys} = compose.client.process;
		const hasTerminal = !flags.bool('no-tty') || (!flags.changed('no-tty') && sys.isTerminal(0) && sys.isTerminal(1) && flags.bool('tty'));
		const outcome = yield * runDocker(compose, dockerExec, [
			ifTrue('detach', flags.bool('detach')), ifTrue('interactive', flags.bool('interactive')), ifTrue('tty', hasTerminal && !flags.bool('detach')), ifTrue('privileged', flags.bool('privileged')),
			ifGiven(flags, 'user'), ifGiven(flags, 'workdir'), ifGiven(flags, 'env'),
		], [container.id, ...command]);
		return outcome;
	},
};

export const attach: ComposeCommand = {
	kind: 'command', use: '[OPTIONS] SERVICE', short: 'Attach local standard input, output, and error streams to a service\'s running container', flags: attachFlags, arguments: {kind: 'at-least', count: 1},
	* run(call) {
		const {compose, flags, args} = call;
		const container = yield * serviceContainer(call, args[0]!);
		return refused(container) ? container : yield * runDocker(compose, dockerAttach, [ifGiven(flags, 'detach-keys'), ifTrue('no-stdin', flags.bool('no-stdin')), ['sig-proxy', String(flags.bool('sig-proxy'))]], [container.id]);
	},
};

export const exportService: ComposeCommand = {
	kind: 'command', use: '[OPTIONS] SERVICE', short: 'Export a service container\'s filesystem as a tar archive', flags: exportFlags, arguments: {kind: 'at-least', count: 1},
	* run(call) {
		const container = yield * serviceContainer(call, call.args[0]!, true);
		return refused(container) ? container : yield * runDocker(call.compose, exportContainer, [ifGiven(call.flags, 'output')], [container.id]);
	},
};

export const commit: ComposeCommand = {
	kind: 'command', use: '[OPTIONS] SERVICE [REPOSITORY[:TAG]]', short: 'Create a new image from a service container\'s changes', flags: commitFlags, arguments: {kind: 'between', from: 1, to: 2},
	* run(call) {
		const {compose, flags, args} = call;
		const container = yield * serviceContainer(call, args[0]!, true);
		return refused(container) ? container : yield * runDocker(compose, dockerCommit, [ifGiven(flags, 'author'), ifGiven(flags, 'change'), ifGiven(flags, 'message'), ['pause', String(flags.bool('pause'))]], [container.id, ...args.slice(1)]);
	},
};

export const stats: ComposeCommand = {
	kind: 'command', use: '[OPTIONS] [SERVICE]', short: 'Display a live stream of container(s) resource usage statistics', flags: statsFlags, arguments: anyNumber,
	* run({compose, flags, args}) {
		const which = yield * projectOrName(compose, args);
		const containers = refused(which) ? which : yield * findContainers(compose, which.name, {all: flags.bool('all'), services: args});
		if (refused(containers)) {
			return containers;
		}

		const format = flags.text('format');
		return containers.length === 0 ? 0 : yield * runDocker(compose, dockerStats, [ifTrue('no-stream', flags.bool('no-stream')), ifTrue('no-trunc', flags.bool('no-trunc')), format === '' || format === 'table' ? ['format'] : ['format', format]], containers.map(({name}) => name));
	},
};

export const cp: ComposeCommand = {
	kind: 'command', title: 'Copying', use: '[OPTIONS] SERVICE:SRC_PATH DEST_PATH|-\n\tdocker compose cp [OPTIONS] SRC_PATH|- SERVICE:DEST_PATH', short: 'Copy files/folders between a service container and the local filesystem', flags: cpFlags,
	arguments: {kind: 'exactly', count: 2}, run: copyFiles,
};

function * copyFiles(call: ComposeCall): Steps<number | Refusal> {
	const {compose, flags, args} = call;
	const [source = '', destination = ''] = args;
	const from = serviceOf(compose, source);
	const to = serviceOf(compose, destination);
	if ((from === undefined) === (to === undefined)) {
		return refusal(from === undefined ? 'unknown copy direction' : 'copying between services is not supported');
	}

	const service = from ?? to!;
	const which = yield * projectOrName(compose, [service]);
	const found = refused(which) ? which : yield * findContainers(compose, which.name, {all: true, oneOff: flags.bool('all') ? 'include' : 'exclude', services: [service]});
	if (refused(found)) {
		return found;
	}

	// Out of a service there is one source; into it, all its containers get the file.
	const index = flags.int('index');
	const containers = index > 0 ? found.filter(({number}) => number === index) : (from === undefined ? found : found.slice(0, 1));
	if (containers.length === 0) {
		return refusal(`no container found for service "${service}"`);
	}

	for (const {name} of containers) {
		const path = (text: string) => text.replace(/^[^:]+:/v, `${name}:`);
		const text = `copy ${from === undefined ? source : path(source)} to ${from === undefined ? path(destination) : destination}`;
		yield * compose.progress.event({id: name, text, status: 'Copying', kind: 'working'});
		const outcome = yield * runDocker(compose, dockerCp, [ifTrue('archive', flags.bool('archive')), ifTrue('follow-link', flags.bool('follow-link')), ['quiet', 'true']], from === undefined ? [source, path(destination)] : [path(source), destination]);
		if (refused(outcome) || outcome !== 0) {
			return outcome;
		}

		yield * compose.progress.event({id: name, text, status: 'Copied', kind: 'done'});
	}

	return 0;
}

/** `web:/etc/hosts` names a service, `./web:x` a file. */
function serviceOf({client}: Compose, text: string): string | undefined {
	const colon = text.indexOf(':');
	return text === '-' || /^[.\/]/v.test(text) || colon <= 0 || !failed(client.process.sys.stat(text)) ? undefined : text.slice(0, colon);
}
