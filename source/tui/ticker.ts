// Real time to virtual time: while a command runs, a second of the learner's is a second of the world's. When nothing runs there is
// no timer at all, so that an idle program writes nothing and uses no processor. A command that computes more than the model can in that
// time is given its next piece soon, with a pause in which keys are read and the screen is drawn.

import {secondNs} from '../base/clock.js';
import type {SessionStore} from './session-store.js';

const pauseMs = 50;

/** Starts ticking whenever the foreground is busy; answers how to stop. */
export function startTicker(store: SessionStore, intervalMs = 1000): () => void {
	let timer: NodeJS.Timeout | undefined;
	const follow = (): void => {
		const isBusy = store.getState().session.foreground === 'busy';
		if (isBusy && timer === undefined) {
			timer = setTimeout(() => {
				timer = undefined;
				store.dispatch({type: 'advance', ns: secondNs});
				follow();
			}, store.getState().isBehind ? Math.min(pauseMs, intervalMs) : intervalMs);
		} else if (!isBusy && timer !== undefined) {
			clearTimeout(timer);
			timer = undefined;
		}
	};

	const unsubscribe = store.subscribe(follow);
	follow();
	return () => {
		unsubscribe();
		clearTimeout(timer);
	};
}
