// Who uses images and layers besides their names: containers, and the build cache.

import {cachedChains} from '../model/container/builder/build-cache.js';
import {isRunning} from '../model/container/container-store.js';
import type {Engine} from '../model/container/engine.js';
import type {ImageUser} from '../model/container/image-removal.js';
import {getImage, topChain} from '../model/container/image-store.js';
import type {ChainId} from '../model/container/schema.js';

/** Containers as the rules of removal see them. */
export function imageUsers({tx, engine}: Engine): readonly ImageUser[] {
	return [...tx.table(`container:${engine}`).values()].map(container => ({container: container.id, image: container.image, isRunning: isRunning(container)}));
}

/** Layers that containers and the build cache stand on, whatever became of their images. */
export function chainsInUse(engine: Engine): readonly ChainId[] {
	return [...cachedChains(engine), ...containerChains(engine)];
}

/** Layers that containers stand on. */
export function containerChains(engine: Engine): readonly ChainId[] {
	return [...engine.tx.table(`container:${engine.engine}`).values()].flatMap(({image}) => {
		const found = getImage(engine, image);
		const chain = found === undefined ? undefined : topChain(found);
		return chain === undefined ? [] : [chain];
	});
}
