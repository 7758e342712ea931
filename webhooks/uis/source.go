// Package uis reads the HTTP notifications of the UIS / CoMagic / Novofon platform
// (contract uis §1). The platform has no schema: a tenant types a template by hand and
// the platform fills it in, so that every shape a hand can produce is read here, and
// the templates worth pasting are printed here. It never asks the platform anything
// and never trusts a content type.
package uis

import (
	"sync"

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
	f := used.Get().(fields)
	defer f.leave()
	err := f.open(r)
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

// used are maps to be used again: they are most of what reading costs.
var used = sync.Pool{New: func() any { return make(fields, usual) }}

// usual is about how many variables a notification has.
const usual = 48

func (f fields) leave() {
	clear(f)
	used.Put(f)
}

func unreadable(ru, en string) error { return &webhooks.ReadingError{RU: ru, EN: en} }
