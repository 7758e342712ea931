package ui

import (
	"bytes"
	"errors"
)

// Index is the application for a person whom another room has proved: session, JSON with door, token and renew, goes into the page as
// <script type="application/json" id="session">. From leads from the page's own address to /ui/, such as "../ui/".
func (u *UI) Index(from string, session []byte) ([]byte, error) {
	if bytes.IndexByte(session, '<') >= 0 { // encoding/json writes none, and one could end the block
		return nil, errors.New("ui: the session is not as encoding/json writes it")
	}
	page, err := u.page(from, nil)
	if err != nil {
		return nil, err
	}
	block := `<script type="application/json" id="session">` + string(session) + `</script></head>`
	return bytes.Replace(page, []byte("</head>"), []byte(block), 1), nil
}
