// Package emulator is the platform side of contract uis: accounts whose calls happen
// by script, notifications rendered from templates the way the vendor renders them,
// and a server of recordings that can be late, large or broken. It shares no code with the
// connector it judges, speaks to loopback addresses only unless told otherwise, and
// invents nothing at random: the same script gives the same notifications for ever.
//
// A demo needs five lines:
//
//	p := emulator.New(emulator.Options{Now: time.Now})
//	defer p.Close()
//	go http.Serve(listener, p.Handler())                       // recordings, /control, a status page
//	shop := p.AddAccount(emulator.Shop("http://" + listener.Addr().String()))
//	p.Configure(shop.AppID, emulator.Templates("http://localhost:8080/hooks/uis/"+token, bodySecret, emulator.JSON)...)
//	p.Play(ctx, emulator.Morning(shop, time.Now(), 910000001), 1) // 1: as it happens, 60: an hour a minute, 0: at once
//
// A crash test plays calls one by one and misbehaves on purpose:
//
//	p.Trouble(shop.AppID, emulator.Trouble{Duplicate: 0.3, Lose: 0.1, Seed: 7})
//	call := shop.Incoming(910000002, start, "79000000002")
//	p.Play(ctx, call.Transferred(shop.Employees[0], shop.Employees[1], 10*time.Second, time.Minute, time.Minute).Shuffled(7), 0)
//	p.Records().Set(910000002, 0, emulator.Record{Late: 2, Faults: []emulator.Fault{emulator.Reset, emulator.Cut}, Size: 300 << 20})
//
// Play with speed 0 sends a notification after the receiver took the one before, retries
// included (Options.Retries, Options.Wait). Session numbers and the times of events come from the
// script, so that playing it again repeats the same events and nothing may happen twice.
package emulator
