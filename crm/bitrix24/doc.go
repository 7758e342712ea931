// Package bitrix24 is the adapter that carries crm commands out in a Bitrix24
// portal over REST v2: it packs them into batches, keeps the OAuth tokens alive,
// types every failure by what may be done about it and counts the portal's
// patience. It decides nothing about calls or customers, never repeats a request
// that may have been executed, follows no redirect blindly, keeps nothing on disk,
// and lets no token, address or secret out in an error or a log line.
package bitrix24
