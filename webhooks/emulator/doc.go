// Package emulator is the platform side of contract uis: accounts whose calls and chats happen
// by script, notifications rendered from templates the way the vendor renders them,
// a server of recordings that can be late, large or broken, the two JSON-RPC interfaces,
// Call API and Data API (§3, §4), and the Chat API with its webhooks (§5). It shares no code with the
// connector it judges, speaks to loopback addresses only unless told otherwise, and
// invents nothing at random: the same script gives the same notifications for ever.
//
// A demo needs five lines:
//
//	p := emulator.New(emulator.Options{Now: time.Now})
//	defer p.Close()
//	go http.Serve(listener, p.Handler())                       // recordings, interfaces, /control, a status page
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
//
// # The interfaces
//
// Handler serves them at CallAPIURL(base) and DataAPIURL(base). Every account has a permanent key for
// both, a user for login.user (tokens of an hour of Options.Now), an open whitelist and rpc.Usual points:
//
//	key := p.Access(shop.AppID).Key()
//	login, password := p.Access(shop.AppID).User()
//	p.Access(shop.AppID).Limit(rpc.DataAPI, rpc.Limits{Minute: 5, Day: 100})
//	p.Access(shop.AppID).Allow("192.0.2.0/24")                              // ip_not_whitelisted from here
//	p.Access(shop.AppID).SetKeys(rpc.Key{Token: key, Expires: tomorrow})    // access_token_expired after that
//	p.Access(shop.AppID).Disable("start.employee_call")                     // component_disabled
//	p.Fail(rpc.Fault{Method: "get.calls_report", Times: 2, Mnemonic: "internal_error"})
//	p.Fail(rpc.Fault{API: rpc.CallAPI, Way: rpc.Drop, Executed: true})      // the call starts, the answer is lost
//	p.Fail(rpc.Fault{Way: rpc.Page, Status: 502})                           // HTML; also rpc.Cut, rpc.Hang
//	p.Requests("start.employee_call")                                       // what was asked and answered, without tokens
//
// A call that the Call API starts gets a number from 920000001 on and is told in the background with call_source
// "callapi": at once, unless Options.CallSpeed says otherwise; its times are those it would have had.
// Who answers is decided before:
//
//	p.Outcome(shop.AppID, "79000000006", emulator.Outcome{How: emulator.ContactBusy}) // "" for everybody else
//	p.Outcome(shop.AppID, "", emulator.Outcome{Talk: 90 * time.Second, Tell: emulator.Script.Swallowed})
//	p.Outcome(shop.AppID, "79000000007", emulator.Outcome{Held: true})  // until p.Continue(session) or release.call
//	p.Decide(shop.AppID, func(s emulator.Started) emulator.Outcome { … }) // or by a function
//	p.Drain(ctx)   // everything was told
//	p.Started()    // with external_id, numbers, state
//
// The reports of the Data API know what happened, not what was told: Script.Swallowed, Only, Without, Lossy and Trouble
// take nothing from them.
//
//	p.Play(ctx, call.Answered(anna, wait, talk).Swallowed(), 0) // no notification; get.calls_report has it
//	p.DelayReports(shop.AppID, 90*time.Second)                  // by Options.Now, after the end of a call
//	p.SetStatus(shop.AppID, 7001, 2); p.StatusOf(shop.AppID, 7001)
//	emulator.Shop(base).Crowd(2500)                             // more employees than fit on a page
//
// # Chats and offline requests
//
// A conversation is written act by act, each Chat.Pace after the one before, and played like a call:
//
//	c := shop.Chat(199000001, start, shop.Channel(emulator.WhatsApp), emulator.Visitor{Phone: "79000000008"})
//	script := c.Says("Здравствуйте").Assigned(anna).Answers(anna, "Чем помочь?").Sends(emulator.Photo("a.png")).
//		Edits(1, "Добрый день").Card(emulator.Card{Name: "Ирина"}).Closed("closed_by_operator") // or Script, while it goes on
//	p.Play(ctx, script.Shuffled(7).Repeated(2), 0)       // Swallowed, Reversed, Only, Without, Lossy, Delayed as well
//	first, rest := script.Cut(3)                         // something may happen between the two
//	shop.Conversation(199000002, start, channel, visitor, 20) // ready, of 20 messages
//	shop.Request(330000001, start, "Олег", "79000000009", "", "Перезвоните").Left() // by notification; .Swallowed(): in the report only
//	emulator.Conversations(shop, start, 199000003)       // six of a morning
//
// Webhooks of chats go to the adapters that the account is connected to, through the same Trouble and retries as notifications:
//
//	a, c, err := p.ConnectChats(ctx, shop.AppID, emulator.Adapter{URL: hooks, Version: "v2", Auth: emulator.Auth{Type: "Basic", Login: …}})
//	all := p.AddAdapter(emulator.Adapter{Type: "omni", URL: hooks})   // one for several accounts:
//	p.Attach(ctx, shop.AppID, all.ID, "Магазин", 74001, 74002)        // tells /account and /channel; Detach tells that they are deleted
//	p.DelayChats(shop.AppID, 5*time.Second)                            // site, campaign and marks: in get.chats_report, and this late
//	p.FailChats(adapter.Fault{Call: "payload", Status: 429, RetryAfter: 7}); p.DropChatTokens()
//
// Adapters call ChatAPIURL(base) + "/v1/adapter/…" with their login; accounts manage them at ChatLogicURL(base) + "/v1/integration/…".
// What happens outside scripts is numbered from the clock and told in the background: OpenChat, VisitorWrites, OperatorWrites, Do, and
// the page /chats. A message that was taken back is told as changed to null text and null resource, and is missing from the report; v1 tells
// of no changes at all.
//
// Of the Call API there are start.employee_call, start.simple_call, release.call and list.calls; of the Data API the
// dictionaries of §4.1, getobj.visitor, update.employees, upload.offline_messages, and the reports of calls, legs, chats, their messages and
// offline requests. Other methods
// are method_not_found. Where the contract is silent the stricter reading holds: null is of no type except where it
// clears, tokens of login.user belong to the interface that gave them, and refusals come in the order
// envelope, method, token, address, account, points, parameters.
package emulator
