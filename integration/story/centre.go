package story

import (
	"time"

	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// Centre is the platform's directory. A story without it is of a tenant whose platform is not connected.
type Centre struct {
	// Synced is false before the first synchronisation.
	Synced    bool       `json:"synced"`
	Employees []Employee `json:"employees"`
	Numbers   []string   `json:"numbers"`
	Channels  []Channel  `json:"channels"`
	// Reread is how many seconds after its end a call is read from the platform; 0 for never.
	Reread int `json:"reread"`
	// Dialled are the calls that the platform was asked to start for the customer, newest first.
	Dialled []Dialled `json:"dialled"`
}

// Channel is a channel of chats.
type Channel struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
	Name string `json:"name"`
}

// Employee is somebody of Staff with what the platform knows of them.
type Employee struct {
	ID        integration.EmployeeID `json:"id"`
	Email     string                 `json:"email"`
	Extension string                 `json:"extension"`
	Phones    []string               `json:"phones"`
	Inactive  []string               `json:"inactive"` // phones that are switched off
	SIP       bool                   `json:"sip"`
	CallerID  string                 `json:"caller_id"`
	Takes     bool                   `json:"takes"`
}

// Dialled is a call that the platform was asked to start: how many seconds before a decision, and for whom.
type Dialled struct {
	Ago      int                    `json:"ago"`
	Employee integration.EmployeeID `json:"employee"`
	Session  integration.SessionID  `json:"session"`
}

// directory is nil when the story does not tell of the platform.
func (c *Centre) directory() *centre.Directory {
	if !c.Synced && len(c.Employees) == 0 {
		return nil
	}
	d := &centre.Directory{}
	if c.Synced {
		d.SyncedAt = Began.Add(-time.Hour)
	}
	for _, e := range c.Employees {
		one := centre.Employee{
			ID: e.ID, Name: Staff[e.ID], Email: e.Email, Extension: e.Extension, SIP: e.SIP, CallerID: e.CallerID, Takes: e.Takes, Calls: true,
		}
		for _, number := range e.Phones {
			one.Phones = append(one.Phones, centre.Phone{Number: number, Active: true})
		}
		for _, number := range e.Inactive {
			one.Phones = append(one.Phones, centre.Phone{Number: number})
		}
		d.Employees = append(d.Employees, one)
	}
	for _, ch := range c.Channels {
		d.Channels = append(d.Channels, centre.Channel{Named: centre.Named{ID: ch.ID, Name: ch.Name}, Type: ch.Type, Active: true})
	}
	for _, number := range c.Numbers {
		d.Numbers = append(d.Numbers, centre.Number{Number: number, Active: true})
	}
	return d
}

func (c *Centre) dialled(now time.Time) []integration.Dialled {
	var list []integration.Dialled
	for _, d := range c.Dialled {
		list = append(list, integration.Dialled{At: now.Add(-time.Duration(d.Ago) * time.Second), Employee: d.Employee, Session: d.Session})
	}
	return list
}
