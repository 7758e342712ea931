package lane

import "omniconnector/integration"

// DialledOf lists the calls among a customer's actions that the platform was asked to start (integration.Facts.Dialled).
func DialledOf(entries []Entry) []integration.Dialled { return dialledOf(entries) }

// WritesOf reads what our own writes among a customer's actions left in the records (integration.Facts.Writes).
func WritesOf(entries []Entry) map[integration.Record][]integration.Write { return writesOf(entries) }
