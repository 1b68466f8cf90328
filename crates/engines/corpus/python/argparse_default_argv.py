import argparse
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--name", default="world")
arguments = parser.parse_args()
print(f"hello {arguments.name}", len(sys.argv))
