// The filter `until` of prune requests: only what was made before that moment. Source: moby/moby daemon/prune.go (getUntilFromPruneFilters),
// api/types/time/timestamp.go.

import {type Nanoseconds, nowNs} from '../base/clock.js';
import {engineError, type EngineError} from '../model/container/engine.js';
import type {EngineTx} from '../model/container/engine.js';
import type {Filters} from '../model/container/container-list.js';
import {parseMoment} from './moment.js';

const unitNs: Readonly<Record<string, Nanoseconds>> = {ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9};

/** Go's durations: `1h30m`, `1.5h`. */
function durationNs(text: string): Nanoseconds | undefined {
	if (!/^(?:\d{1,9}(?:\.\d{1,9})?(?:ns|us|µs|ms|s|m|h))+$/v.test(text)) {
		return undefined;
	}

	return [...text.matchAll(/(?<number>[\d.]+)(?<unit>ns|us|µs|ms|s|m|h)/gv)].reduce((sum, {groups}) => sum + Number(groups!['number']) * unitNs[groups!['unit']!]!, 0);
}

/** Whether something made at a moment is old enough; without the filter everything is. */
export function isOldEnough(tx: EngineTx, filters: Filters): ((createdNs: Nanoseconds) => boolean) | EngineError {
	const texts = filters.get('until') ?? [];
	const [text] = texts;
	if (text === undefined) {
		return () => true;
	}

	if (texts.length > 1) {
		return engineError(400, 'more than one until filter specified');
	}

	const duration = durationNs(text);
	const untilNs = duration === undefined ? parseMoment(tx, text) : nowNs(tx) - duration;
	return untilNs === undefined ? engineError(400, `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05": cannot parse ${JSON.stringify(text)} as "2006"`) : createdNs => createdNs <= untilNs;
}
