// Package uis reads the HTTP notifications of the UIS / CoMagic / Novofon platform
// (contract uis §1). The platform has no schema: a tenant types a template by hand and
// the platform fills it in, so that every shape a hand can produce is read here, and
// the templates worth pasting are printed here. It never asks the platform anything
// and never trusts a content type.
package uis

import (
	"omniconnector/webhooks"
)

// Name is the source's word in addresses and journals.
const Name = "uis"

// Source reads the platform's notifications.
type Source struct{}

// Name returns "uis".
func (Source) Name() string { return Name }

// Read translates one notification into one event. The error is a *webhooks.ReadingError.
func (Source) Read(r webhooks.Request) (webhooks.Notification, error) {
	f, err := open(r)
	n := webhooks.Notification{Secret: f.secret()}
	if err != nil {
		if n.Secret == "" {
			n.Secret = secretIn(r.Body)
		}
		return n, err
	}
	n.Event, err = event(f, r)
	return n, err
}

func unreadable(ru, en string) error { return &webhooks.ReadingError{RU: ru, EN: en} }
