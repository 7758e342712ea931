// Package migrations holds the schema as SQL files, one folder per database with the same
// file names and the same columns. Every table leads with the tenant's id in its primary
// key, and nothing unique or foreign crosses tenants. Moments are microseconds since
// 1970 in UTC as bigint on both databases, 0 for none: they compare and sort alike
// everywhere and no driver turns them into local time. Text keys sort by bytes.
package migrations

import "embed"

// Files holds the folders "postgres" and "sqlite".
//
//go:embed postgres/*.sql sqlite/*.sql
var Files embed.FS
