// The real docker client against the simulated engine, in virtual time: the world's clock moves only when the client and all that it
// started sleep, so that neither a slow test machine nor a fast one changes what it sees.

import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {createServer, type Server} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {nowNs, type Nanoseconds} from '../../source/base/clock.js';
import {reader} from '../../source/base/transaction.js';
import {EngineServer, type Pace} from '../../source/cli/engine-server.js';
import type {WorldSchema} from '../../source/model/world/schema.js';
import {startSession} from '../../source/session/apply.js';
import type {Origin, Session} from '../../source/session/session.js';
import {OpenRequests} from './open-requests.js';

/** The client's version, `28.2.2`; undefined where none is installed. */
export function realClientVersion(): string | undefined {
	return /^Docker version (?<version>[\d.]+),/v.exec(spawnSync('docker', ['--version'], {encoding: 'utf8'}).stdout ?? '')?.groups?.['version'];
}

export type Ran = {readonly stdout: string; readonly stderr: string; readonly status: number | null};

export function worldNs({world}: Session): Nanoseconds {
	return nowNs(reader<WorldSchema>(world));
}

/** A pace whose clock is moved by hand. */
class ManualPace implements Pace {
	#plan: {readonly atNs: Nanoseconds; readonly callback: () => void} | undefined;
	#grantedNs = 0;

	readonly behindNs = (world: Nanoseconds): Nanoseconds => Math.max(0, this.#grantedNs - world);

	readonly wake = (atNs: Nanoseconds | undefined, callback: () => void): void => {
		this.#plan = atNs === undefined ? undefined : {atNs, callback};
	};

	/** Lets the world come to the moment that it waits for. */
	go(): void {
		const plan = this.#plan;
		if (plan !== undefined) {
			this.#plan = undefined;
			this.#grantedNs = plan.atNs;
			plan.callback();
		}
	}
}

/** A served world, and lines of shell that use the real client on it. */
export class RealClient {
	readonly server: EngineServer;
	/** Where the lines run. */
	readonly folder: string;
	readonly address: string;
	readonly #listener: Server;
	readonly #pace = new ManualPace();
	readonly #requests = new OpenRequests();

	private constructor(origin: Origin, folder: string, listener: Server) {
		this.folder = join(folder, 'work');
		this.address = `unix://${folder}/engine.sock`;
		this.#listener = listener;
		this.server = new EngineServer({
			session: startSession(origin).session, record: entry => {
				this.#requests.note(entry);
			}, pace: this.#pace, onEnd: complain, onRefusal: complain,
		});
		listener.on('connection', socket => {
			this.server.accept(socket);
		});
	}

	static async start(origin: Origin): Promise<RealClient> {
		const folder = mkdtempSync(join(tmpdir(), 'virtlab-real-'));
		mkdirSync(join(folder, 'work'));
		const listener = createServer({allowHalfOpen: true});
		await new Promise<void>(settle => {
			listener.listen(join(folder, 'engine.sock'), settle);
		});
		return new RealClient(origin, folder, listener);
	}

	stop(): void {
		this.server.close();
		this.#listener.close();
		rmSync(join(this.folder, '..'), {recursive: true});
	}

	/** Moves the world to a moment. */
	advanceTo(ns: Nanoseconds): void {
		const missing = ns - worldNs(this.server.session);
		if (missing > 0) {
			this.server.act({type: 'advance', ns: missing});
		}
	}

	get environment(): Readonly<Record<string, string>> {
		return {PATH: process.env['PATH'] ?? '', HOME: join(this.folder, '..'), DOCKER_HOST: this.address, DOCKER_CLI_HINTS: 'false', LANG: 'C.UTF-8', TZ: 'UTC', TERM: 'xterm-256color'};
	}

	async run(line: string): Promise<Ran> {
		const child = spawn('bash', ['--norc', '-c', line], {
			cwd: this.folder, env: this.environment, stdio: ['ignore', 'pipe', 'pipe'],
		});
		return this.attend(child);
	}

	/** Lets time pass for a process until it has ended. */
	async attend(child: ChildProcess): Promise<Ran> {
		const parts = {stdout: [] as Buffer[], stderr: [] as Buffer[]};
		for (const name of ['stdout', 'stderr'] as const) {
			child[name]!.on('data', (bytes: Buffer) => parts[name].push(bytes));
		}

		const stopKeepingTime = this.keepTime(child.pid!);
		const status = await new Promise<number | null>(settle => child.once('close', settle));
		stopKeepingTime();
		return {stdout: Buffer.concat(parts.stdout).toString(), stderr: Buffer.concat(parts.stderr).toString(), status};
	}

	/**
	 * Lets time pass while a process and its descendants sleep, until it is told to stop. While nobody waits for the engine, or all for a
	 * key to be typed (`isWaiting`), only what computes goes on.
	 */
	keepTime(pid: number, isWaiting: () => boolean = () => false): () => void {
		// Between two looks Node has read what lay in the sockets. So if nobody has run and nothing has come, nothing is under way.
		let before: string | undefined;
		let quietLooks = 0;
		const timer = setInterval(() => {
			const sleepers = sleepersOf(pid);
			const now = sleepers === undefined ? undefined : `${sleepers} ${this.server.session.history.length}`;
			quietLooks = now !== undefined && now === before ? quietLooks + 1 : 0;
			before = now;
			const {session} = this.server;
			const isBusy = session.dueNs !== undefined && session.dueNs <= worldNs(session);
			if (quietLooks >= 2 && (isBusy || (this.#requests.isSomebodyWaiting && !isWaiting()))) {
				quietLooks = 0;
				this.#pace.go();
			}
		}, 3);
		return () => {
			clearInterval(timer);
		};
	}
}

function complain(reason: string): void {
	throw new Error(reason);
}

/** How often the threads of a process and of its descendants have been switched, if all of them sleep. */
function sleepersOf(pid: number): string | undefined {
	const counts: string[] = [];
	try {
		for (const thread of readdirSync(`/proc/${pid}/task`)) {
			const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
			const state = /^State:\t(?<state>\w)/mv.exec(status)?.groups?.['state'];
			if (state !== 'S' && state !== 'Z') {
				return undefined;
			}

			counts.push(`${thread}:${[...status.matchAll(/ctxt_switches:\t(\d+)/gv)].map(match => match[1]).join(',')}`);
			for (const child of readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(word => word !== '')) {
				const inner = sleepersOf(Number(child));
				if (inner === undefined) {
					return undefined;
				}

				counts.push(inner);
			}
		}
	} catch {
		// It has just ended.
		return undefined;
	}

	return counts.join(' ');
}
