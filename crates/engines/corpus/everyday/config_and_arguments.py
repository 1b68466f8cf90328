import argparse, configparser, shlex
config = configparser.ConfigParser()
config.read_string("[server]\nhost = localhost\nport = 8080\n[paths]\nroot = /srv\nlogs = %(root)s/logs\n")
print(config.getint("server", "port"), config["paths"]["logs"], config.has_option("server", "tls"))
parser = argparse.ArgumentParser(prog="tool")
parser.add_argument("files", nargs="+")
parser.add_argument("-n", "--number", type=int, default=1)
parser.add_argument("--verbose", action="store_true")
print(parser.parse_args(shlex.split("a.txt 'b c.txt' -n 3 --verbose")))
