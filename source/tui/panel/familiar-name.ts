/** An image's name as docker shows it: without the default registry and namespace. */
export function familiarName(reference: string): string {
	const short = reference.replace(/^docker\.io\/(?:library\/)?/v, '');
	return /[:@][^\/]*$/v.test(short) ? short : short + ':latest';
}
