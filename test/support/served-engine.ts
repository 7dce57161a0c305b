// A served engine in this process, in real time: for libraries that cannot be looked at from outside as a client's process can.

import {mkdtempSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {EngineServer} from '../../source/cli/engine-server.js';
import {recentEpoch, wallPace} from '../../source/cli/wall-pace.js';
import {startSession} from '../../source/session/apply.js';

export type ServedEngine = {readonly socketPath: string; readonly server: EngineServer; readonly stop: () => void};

export async function serveEngine(seed = 7): Promise<ServedEngine> {
	const folder = mkdtempSync(join(tmpdir(), 'virtlab-served-'));
	const socketPath = join(folder, 'engine.sock');
	const epochSeconds = recentEpoch();
	const {session} = startSession({lab: undefined, scenario: 'default', seed, learner: 'ann', interactive: false, columns: 80, rows: 24, epochSeconds});
	const refused = (reason: string): void => {
		throw new Error(reason);
	};
	const server = new EngineServer({session, pace: wallPace(epochSeconds), record() {}, onEnd: refused, onRefusal: refused});
	const listener = createServer({allowHalfOpen: true}, socket => {
		server.accept(socket);
	});
	await new Promise<void>(settle => {
		listener.listen(socketPath, settle);
	});
	return {
		socketPath, server, stop() {
			server.close();
			listener.close();
			rmSync(folder, {recursive: true});
		},
	};
}
