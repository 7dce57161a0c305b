// `virtlab serve`: the engine of the simulated host on a real socket, for the real docker client and whatever else speaks its API.

import {createServer, type Server} from 'node:net';
import {must} from '../base/assert.js';
import {reader} from '../base/transaction.js';
import {message, type Locale} from '../i18n/message.js';
import type {WorldSchema} from '../model/world/schema.js';
import type {Origin, Session} from '../session/session.js';
import {dockerHost, type EngineAddress, isProblem, listenAt, parseEngineAddress} from './engine-address.js';
import {EngineServer} from './engine-server.js';
import {beginRecording, untilItFails} from './recording.js';
import {recentEpoch, wallPace} from './wall-pace.js';

export type ServeOptions = {
	readonly engine: string | undefined;
	/** Also addresses that other machines can reach. */
	readonly anyAddress: boolean;
	readonly scenario: string;
	readonly seed: number;
	readonly learner: string;
	readonly record: string | undefined;
	readonly locale: Locale;
};

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const usageError = 2;
/** EX_SOFTWARE of sysexits.h: a session that can take no more actions. */
const atTheEnd = 70;

/** Resolves to the exit status: 0 after a signal that ends it, 2 if the address cannot be used, 70 if the server had to end. */
export async function serve(options: ServeOptions): Promise<number> {
	const {locale} = options;
	const address = chooseAddress(options);
	if (typeof address === 'string') {
		console.error(address);
		return usageError;
	}

	const listener = createServer({allowHalfOpen: true});
	const bound = await listenAt(listener, address);
	if (isProblem(bound)) {
		console.error(bound.problem(locale));
		return usageError;
	}

	try {
		return await serveOn(listener, bound, options);
	} finally {
		// Removes the socket's file too.
		listener.close();
	}
}

function chooseAddress({engine, anyAddress, locale}: ServeOptions): EngineAddress | string {
	if (engine === undefined) {
		return message(locale, 'serve.address-missing');
	}

	const address = parseEngineAddress(engine);
	if (isProblem(address)) {
		return address.problem(locale);
	}

	const isExposed = address.kind === 'tcp' && !address.isLoopback;
	if (isExposed && !anyAddress) {
		return message(locale, 'serve.loopback-only', {address: dockerHost(address)});
	}

	if (isExposed) {
		console.error(message(locale, 'serve.exposed', {address: dockerHost(address)}));
	}

	return address;
}

/** Serves until one of `endings`, or until the session can take no more. */
async function serveOn(listener: Server, address: EngineAddress, {scenario, seed, learner, record, locale}: ServeOptions): Promise<number> {
	const epochSeconds = recentEpoch();
	const origin: Origin = {lab: undefined, scenario, seed, learner, interactive: false, columns: 80, rows: 24, epochSeconds};
	const recording = beginRecording(origin, record);
	const keepTranscript = untilItFails('recording has ended; the transcript keeps what was before');
	return new Promise<number>(settle => {
		const server = new EngineServer({
			session: recording.session,
			record(entry) {
				const lost = keepTranscript(() => {
					recording.record(entry);
				});
				if (lost !== undefined) {
					console.error(lost);
				}
			},
			pace: wallPace(epochSeconds),
			onRefusal(reason) {
				console.error(reason);
			},
			onEnd(reason) {
				console.error(reason);
				finish(atTheEnd);
			},
		});
		const finish = (status: number): void => {
			server.close();
			recording.writer?.close();
			settle(status);
		};

		const leave = (): void => {
			for (const signal of endings) {
				process.off(signal, leave);
			}

			finish(0);
		};

		for (const signal of endings) {
			process.on(signal, leave);
		}

		listener.on('connection', socket => {
			server.accept(socket);
		});
		console.log(message(locale, 'serve.ready', {host: hostName(recording.session), address: dockerHost(address)}));
	});
}

function hostName({world}: Session): string {
	const [first] = reader<WorldSchema>(world).table('host').values();
	return must(first, 'hostName: no host').name;
}
