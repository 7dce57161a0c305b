// Runs work that sleeps, without a kernel: every sleep ends at its deadline.

import {advanceTo, nowNs} from '../../../source/base/clock.js';
import {must} from '../../../source/base/assert.js';
import {emptyWorld, Transaction} from '../../../source/base/transaction.js';
import type {KernelEvent} from '../../../source/model/kernel/schema.js';
import type {ImageEvent, ImageSchema} from '../../../source/model/container/schema.js';
import type {Store} from '../../../source/model/container/layer-store.js';
import type {Work} from '../../../source/model/container/registry.js';

export type TestStore = Store & {readonly tx: Transaction<ImageSchema, KernelEvent | ImageEvent>};

export function newStore(): TestStore {
	return {tx: new Transaction<ImageSchema, KernelEvent | ImageEvent>(emptyWorld), engine: 1};
}

export function finish<T>(store: Store, work: Work<T>): T {
	for (let result = work.next('woken'); ; result = work.next('deadline')) {
		if (result.done === true) {
			return result.value;
		}

		if (result.value.kind === 'sleep') {
			advanceTo(store.tx, Math.max(must(result.value.untilNs, 'finish: a sleep without end'), nowNs(store.tx)));
		}
	}
}
