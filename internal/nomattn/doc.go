// Package sqlite3 is an empty stand-in for the cgo driver that gorm's SQLite
// dialector imports for its side effect. The real engine here is modernc.org/sqlite,
// which is pure Go (docs/adr/0003-sqlite-driver.md).
package sqlite3
