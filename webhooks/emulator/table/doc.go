// Package table answers the questions of the emulated platform's Data API (contract uis §4): limit and
// offset, fields, sort, and filters, over rows that others made. It knows no row by
// name and refuses what the vendor refuses, by mnemonic.
package table
