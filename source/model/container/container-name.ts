// Names of containers: which are allowed, and what a container without one gets. Source: moby/moby daemon/names.go, names package.

import {randomBelow} from '../../base/random.js';
import {type Engine, engineError, type EngineError, type EngineReader} from './engine.js';
import {discoverers, moods} from './name-words-table.js';

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.\-]+$/v;

/** A name that was asked for, without its optional leading slash; refused if it is malformed. */
export function parseContainerName(text: string): string | EngineError {
	const name = text.replace(/^\//v, '');
	return namePattern.test(name) ? name : engineError(400, `Invalid container name (${text}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
}

export function nameConflict({tx, engine}: EngineReader, name: string): EngineError | undefined {
	const taken = tx.get(`container-name:${engine}`, name);
	return taken === undefined ? undefined : engineError(409, `Conflict. The container name "/${name}" is already in use by container "${taken.container}". You have to remove (or rename) that container to be able to reuse that name.`);
}

/** A free name such as `curious_noether`; after six draws that were taken a digit is put behind. */
export function drawName(engine: Engine): string {
	for (let draw = 0; ; draw++) {
		const mood = moods[randomBelow(engine.tx, 'container-name', moods.length)]!;
		const discoverer = discoverers[randomBelow(engine.tx, 'container-name', discoverers.length)]!;
		const digit = draw < 6 ? '' : String(randomBelow(engine.tx, 'container-name', 10 ** Math.min(draw - 5, 9)));
		const name = `${mood}_${discoverer}${digit}`;
		if (engine.tx.get(`container-name:${engine.engine}`, name) === undefined) {
			return name;
		}
	}
}
