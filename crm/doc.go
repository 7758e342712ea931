// Package crm is the port to a customer's CRM: the records, the commands that
// read and change them, and the errors that come back, in our own words.
// Commands are data, so that a plan can be stored, shown and repeated before and
// after it ran. The package knows no transport, no vendor and no storage;
// adapters (crm/bitrix24) translate, and nobody else speaks a vendor's language.
package crm
