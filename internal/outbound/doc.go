// Package outbound is the only way out of the process: an HTTP transport that refuses private
// addresses after name resolution, and the fetching of records of talks through it.
// It follows no redirect blindly and holds no record whole in memory. It knows nothing
// of tenants or CRMs.
package outbound
