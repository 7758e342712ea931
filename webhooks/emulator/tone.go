package emulator

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
)

// A recording is a tone of 440 Hz in an 8-bit WAV of 8 kHz, which any browser plays. It
// repeats itself every 200 samples, so that one of any size needs no memory.
const (
	rate   = 8000
	header = 44
)

var wave = func() (w [200]byte) {
	for i := range w {
		w[i] = byte(128 + 60*math.Sin(2*math.Pi*440*float64(i)/rate))
	}
	return w
}()

// tone is a WAV file of size bytes that exists only while it is read.
type tone struct {
	size, at int64
}

func (t *tone) Read(p []byte) (int, error) {
	if t.at >= t.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), t.size-t.at))
	head := t.head()
	for i := range p[:n] {
		if at := t.at + int64(i); at < header {
			p[i] = head[at]
		} else {
			p[i] = wave[(at-header)%int64(len(wave))]
		}
	}
	t.at += int64(n)
	return n, nil
}

func (t *tone) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += t.at
	case io.SeekEnd:
		offset += t.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning")
	}
	t.at = offset
	return offset, nil
}

func (t *tone) head() [header]byte {
	var h [header]byte
	data := uint32(max(0, min(t.size-header, math.MaxUint32))) // #nosec G115 -- bounded
	copy(h[0:], "RIFF")
	binary.LittleEndian.PutUint32(h[4:], data+header-8)
	copy(h[8:], "WAVEfmt ")
	binary.LittleEndian.PutUint32(h[16:], 16)   // length of the format
	binary.LittleEndian.PutUint16(h[20:], 1)    // PCM
	binary.LittleEndian.PutUint16(h[22:], 1)    // mono
	binary.LittleEndian.PutUint32(h[24:], rate) // samples a second
	binary.LittleEndian.PutUint32(h[28:], rate) // bytes a second
	binary.LittleEndian.PutUint16(h[32:], 1)    // bytes a sample
	binary.LittleEndian.PutUint16(h[34:], 8)    // bits a sample
	copy(h[36:], "data")
	binary.LittleEndian.PutUint32(h[40:], data)
	return h
}
