package chat

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync"
)

// File is something sent in a message. ID and Token are the platform's and open it; scripts leave them out.
type File struct {
	ID      int64
	Token   string
	Type    string // photo, video, audio, voice, document
	Name    string
	Size    int64  // of what is made up; the natural one when 0
	Text    string // said with it
	Content []byte // uploaded; made up when nil
}

// Photo is a picture.
func Photo(name string) File { return File{Type: "photo", Name: name} }

// Document is a document.
func Document(name string) File { return File{Type: "document", Name: name} }

// Named gives a file the id and the token that follow from a message.
func (f File) Named(id int64) File {
	sum := sha256.Sum256([]byte("file " + strconv.FormatInt(id, 10)))
	f.ID, f.Token = id, hex.EncodeToString(sum[:8])
	if f.Content == nil && f.Size == 0 {
		f.Size = int64(len(f.head()))
	}
	return f
}

// MIME is the file's type, by its name and kind.
func (f File) MIME() string {
	switch strings.ToLower(path.Ext(f.Name)) {
	case ".png":
		return "image/png"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".pdf":
		return "application/pdf"
	case ".txt":
		return "text/plain"
	case ".ogg":
		return "audio/ogg"
	case ".mp3":
		return "audio/mpeg"
	case ".mp4":
		return "video/mp4"
	}
	if f.Type == "photo" {
		return "image/png"
	}
	return "application/octet-stream"
}

// Path is where reports say that the file is.
func (f File) Path() string {
	return "/files/" + strconv.FormatInt(f.ID, 10) + "/" + f.Token + "/" + url.PathEscape(path.Base("/"+f.Name))
}

// Open reads the file: what was uploaded, or a made-up one of its size, which needs no memory.
func (f File) Open() io.ReadSeeker {
	if f.Content != nil {
		return bytes.NewReader(f.Content)
	}
	return &madeUp{head: f.head(), size: f.Size}
}

// Length is the number of bytes.
func (f File) Length() int64 {
	if f.Content != nil {
		return int64(len(f.Content))
	}
	return f.Size
}

func (f File) head() []byte {
	switch {
	case f.Type == "photo":
		return picture()
	case f.MIME() == "application/pdf":
		return []byte(page)
	default:
		return []byte("Файл эмулятора: " + f.Name + "\n")
	}
}

// page is the smallest document that viewers open.
const page = "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n" +
	"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

// picture is a sunset that any browser shows.
var picture = sync.OnceValue(func() []byte {
	const w, h = 240, 160
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			shade := color.NRGBA{R: uint8(250 - y/2), G: uint8(190 - y), B: uint8(90 + y/2), A: 255} // #nosec G115 -- bounded by the size
			if dx, dy := x-w/2, y-h*2/3; dx*dx+dy*dy < 900 {
				shade = color.NRGBA{R: 255, G: 226, B: 120, A: 255}
			}
			img.SetNRGBA(x, y, shade)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic("chat: " + err.Error()) // of memory
	}
	return b.Bytes()
})

// madeUp is a file that begins as it should and goes on with zeros.
type madeUp struct {
	head     []byte
	size, at int64
}

func (m *madeUp) Read(p []byte) (int, error) {
	if m.at >= m.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), m.size-m.at))
	clear(p[:n])
	if m.at < int64(len(m.head)) {
		copy(p[:n], m.head[m.at:])
	}
	m.at += int64(n)
	return n, nil
}

func (m *madeUp) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += m.at
	case io.SeekEnd:
		offset += m.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning")
	}
	m.at = offset
	return offset, nil
}
