// Package files serves the files of conversations to people in the portal: the platform gives them to an adapter's login only (contract
// uis §5.2). A link carries all that is needed to find its file, sealed, so that nothing is stored, and whoever sees it learns neither
// tenant nor file and can make no other. The sealing is deterministic, by a nonce made of the content: the same file until the same moment
// has the same link, because decisions compare the texts that hold it. It keeps no file, and asks nobody whether the reader may see it.
package files
