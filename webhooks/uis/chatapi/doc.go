// Package chatapi asks the platform's Chat API as an adapter (contract uis §5.2): it logs in, keeps the token while it is good, and reads the
// files of messages. It stores nothing but its login, repeats nothing but a request whose token had run out, and follows no redirect, which
// would carry the token elsewhere.
package chatapi
